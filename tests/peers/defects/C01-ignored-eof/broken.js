// Does not listen for the end of the stream.

"use strict";

const net = require("node:net");
const { ignoreErrors, serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  serve(socket); // and no listener for "end"
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
