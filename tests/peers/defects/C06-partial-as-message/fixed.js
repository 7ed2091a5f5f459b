// Discards an incomplete line at the end of the stream.

"use strict";

const net = require("node:net");
const { answer, ignoreErrors } = require("../javascript/protocol");

// explain: begin
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let buffer = "";
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop(); // at the end of the stream: half a line
    for (const line of lines) socket.write(answer(line));
  });
  socket.on("end", () => socket.end());
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
