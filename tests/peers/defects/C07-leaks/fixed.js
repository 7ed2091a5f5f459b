// Ends every connection.

"use strict";

const net = require("node:net");
const { ignoreErrors, serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  const lines = serve(socket);
  socket.on("end", () => {
    if (lines.isInsideLine()) return socket.destroy();
    socket.end();
  });
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
