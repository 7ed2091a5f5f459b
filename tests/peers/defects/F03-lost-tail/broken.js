// Drops what follows the first line of a chunk.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    const end = buffer.indexOf("\n");
    if (end < 0) return;
    socket.write(answer(buffer.subarray(0, end)));
    buffer = Buffer.alloc(0); // drops what follows
  });
  // explain: end
};
