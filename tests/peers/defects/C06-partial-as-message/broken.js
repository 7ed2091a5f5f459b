// Answers an incomplete line at the end of the stream.

"use strict";

const net = require("node:net");
const readline = require("node:readline");
const { answer, ignoreErrors } = require("../javascript/protocol");

// explain: begin
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  const lines = readline.createInterface({ input: socket });
  lines.on("line", (line) => socket.write(answer(line))); // or part of one
  lines.on("close", () => socket.end());
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
