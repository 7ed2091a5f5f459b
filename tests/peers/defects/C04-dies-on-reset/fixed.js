// Ends only the connection that has an error.

"use strict";

const net = require("node:net");
const { serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer((socket) => {
  serve(socket);
  socket.on("error", () => socket.destroy());
});
// explain: end

exports.server = server;
