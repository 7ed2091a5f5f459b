// Decodes each chunk on its own.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let text = "";
  socket.on("data", (data) => {
    text += data; // calls data.toString(), chunk by chunk
    const lines = text.split("\n");
    text = lines.pop();
    for (const line of lines) socket.write(answer(line));
  });
  // explain: end
};
