// Ends its side when the client has ended its own.

"use strict";

const net = require("node:net");
const { ignoreErrors, serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  serve(socket);
  socket.on("end", () => socket.end());
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
