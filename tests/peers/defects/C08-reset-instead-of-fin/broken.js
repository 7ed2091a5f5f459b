// Resets each connection at its end.

"use strict";

const net = require("node:net");

const { ignoreErrors, serve } = require("../javascript/protocol");

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  serve(socket);
  // explain: begin
  socket.on("end", () => socket.resetAndDestroy()); // discards and resets
  // explain: end
});

server.on("connection", ignoreErrors);
exports.server = server;
