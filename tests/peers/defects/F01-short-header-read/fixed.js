// Waits until the header is complete.

"use strict";

const { capitals } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    while (buffer.length >= 10) {
      const length = Number(buffer.toString("latin1", 0, 10));
      if (!(length >= 0)) return socket.destroy();
      if (buffer.length < 10 + length) return; // wait for more
      socket.write(capitals(buffer.subarray(10, 10 + length)));
      buffer = buffer.subarray(10 + length);
    }
  });
  // explain: end
};
