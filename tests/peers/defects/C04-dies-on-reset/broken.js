// Does not listen for errors of a connection.

"use strict";

const net = require("node:net");
const { serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer((socket) => {
  serve(socket); // an "error" event without a listener is thrown
});
// explain: end

exports.server = server;
