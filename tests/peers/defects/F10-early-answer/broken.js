// Takes half of a delimiter for the delimiter.

"use strict";

const { answerCrlf } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    let end;
    while ((end = buffer.indexOf("\r")) >= 0) { // half of "\r\n"
      socket.write(answerCrlf(buffer.toString("utf8", 0, end).trim()));
      buffer = buffer.subarray(end + 1);
    }
  });
  // explain: end
};
