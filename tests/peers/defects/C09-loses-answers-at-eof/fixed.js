// Ends its side after the last answer.

"use strict";

const net = require("node:net");
const { ignoreErrors, lookUp } = require("../javascript/protocol");

// explain: begin
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let buffer = "";
  let work = Promise.resolve();
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop();
    for (const line of lines)
      work = work.then(async () => socket.write(await lookUp(line)));
  });
  socket.on("end", () => work.then(() => socket.end())); // answers first
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
