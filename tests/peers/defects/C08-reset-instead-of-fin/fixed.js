// Sends a FIN behind its last answer.

"use strict";

const net = require("node:net");

const { ignoreErrors, serve } = require("../javascript/protocol");

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  serve(socket);
  // explain: begin
  socket.on("end", () => socket.end()); // the answers, then a FIN
  // explain: end
});

server.on("connection", ignoreErrors);
exports.server = server;
