// Ends with its first connection.

"use strict";

const net = require("node:net");
const { ignoreErrors, serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer((socket) => {
  serve(socket);
  socket.on("close", () => server.close()); // no other client is accepted
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
