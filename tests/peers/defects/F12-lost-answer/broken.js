// Keeps one answer: the last.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = "";
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop();
    let reply = "";
    for (const line of lines) reply = answer(line); // only the last is kept
    socket.write(reply);
  });
  // explain: end
};
