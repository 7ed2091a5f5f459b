// Takes the first chunk of a message for its whole header.

"use strict";

const { capitals } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = Buffer.alloc(0);
  let length = null;
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    while (buffer.length > 0) {
      if (length === null) {
        length = Number(buffer.toString("latin1", 0, 10)); // maybe fewer
        buffer = buffer.subarray(10);
      }
      if (!(length >= 0)) return socket.destroy();
      if (buffer.length < length) return;
      socket.write(capitals(buffer.subarray(0, length)));
      buffer = buffer.subarray(length);
      length = null;
    }
  });
  // explain: end
};
