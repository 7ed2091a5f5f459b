// Sends its answers when its buffer is empty.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = "";
  let answers = "";
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop();
    for (const line of lines) answers += answer(line);
    if (buffer === "") { // half a line delays all answers
      socket.write(answers);
      answers = "";
    }
  });
  // explain: end
};
