// Lets the end of the stream end its own side, with answers to come.

"use strict";

const net = require("node:net");
const { ignoreErrors, lookUp } = require("../javascript/protocol");

// explain: begin
const server = net.createServer((socket) => { // ends when the client does
  let buffer = "";
  let work = Promise.resolve();
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop();
    for (const line of lines)
      work = work.then(async () => socket.write(await lookUp(line)));
  });
});
// explain: end

server.on("connection", ignoreErrors);
exports.server = server;
