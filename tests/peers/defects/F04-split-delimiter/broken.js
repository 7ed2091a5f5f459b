// Searches each chunk for the delimiter.

"use strict";

const { answerCrlf } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let line = Buffer.alloc(0);
  socket.on("data", (data) => {
    let end;
    while ((end = data.indexOf("\r\n")) >= 0) { // not in "\r" and "\n"
      socket.write(answerCrlf(Buffer.concat([line, data.subarray(0, end)])));
      line = Buffer.alloc(0);
      data = data.subarray(end + 2);
    }
    line = Buffer.concat([line, data]);
  });
  // explain: end
};
