// Answers each chunk.

"use strict";

const { answer } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  socket.on("data", (data) => {
    socket.write(answer(data.toString().trimEnd()));
  });
  // explain: end
};
