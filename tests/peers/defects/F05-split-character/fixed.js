// Decodes the stream: an incomplete character waits for its rest.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let text = "";
  socket.setEncoding("utf8"); // keeps incomplete characters
  socket.on("data", (data) => {
    text += data;
    const lines = text.split("\n");
    text = lines.pop();
    for (const line of lines) socket.write(answer(line));
  });
  // explain: end
};
