// Waits for the whole delimiter.

"use strict";

const { answerCrlf } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    let end;
    while ((end = buffer.indexOf("\r\n")) >= 0) {
      socket.write(answerCrlf(buffer.subarray(0, end)));
      buffer = buffer.subarray(end + 2);
    }
  });
  // explain: end
};
