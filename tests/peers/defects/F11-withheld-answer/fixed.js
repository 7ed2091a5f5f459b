// Sends the answers to all lines that are complete.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = "";
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop();
    socket.cork();
    for (const line of lines) socket.write(answer(line));
    socket.uncork(); // also if half a line is left
  });
  // explain: end
};
