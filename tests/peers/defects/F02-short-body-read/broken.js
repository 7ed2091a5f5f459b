// Takes what has arrived behind a header for the whole body.

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
      const body = buffer.subarray(10, 10 + length); // maybe not all of it
      socket.write(capitals(body));
      buffer = buffer.subarray(10 + length);
    }
  });
  // explain: end
};
