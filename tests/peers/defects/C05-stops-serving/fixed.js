// Ends a connection, not the server.

"use strict";

const net = require("node:net");
const { ignoreErrors, serve } = require("../javascript/protocol");

// explain: begin
const server = net.createServer((socket) => {
  serve(socket);
  socket.on("close", () => console.log("a client has left"));
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
