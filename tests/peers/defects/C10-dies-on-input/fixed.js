// Takes one line after the other.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    let end;
    while ((end = buffer.indexOf("\n")) >= 0) {
      socket.write(answer(buffer.subarray(0, end)));
      buffer = buffer.subarray(end + 1);
    }
  });
  // explain: end
};
