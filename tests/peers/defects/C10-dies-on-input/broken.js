// Does not expect two lines in its buffer: an exception ends the process.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = "";
  socket.on("data", (data) => {
    buffer += data;
    if (!buffer.endsWith("\n")) return;
    const [, line] = buffer.match(/^(.*)\n$/); // throws if it has two
    socket.write(answer(line));
    buffer = "";
  });
  // explain: end
};
