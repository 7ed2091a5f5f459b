// Keeps a connection that ended inside a line.

"use strict";

const net = require("node:net");
const { ignoreErrors, serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  const lines = serve(socket);
  socket.on("end", () => {
    if (lines.isInsideLine()) return; // and nobody ends the socket
    socket.end();
  });
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
