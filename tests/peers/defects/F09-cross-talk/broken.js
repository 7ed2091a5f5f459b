// Sends each answer as soon as it is ready.

"use strict";

const { lookUp } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = "";
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop();
    for (const line of lines)
      lookUp(line).then((reply) => socket.write(reply)); // the fastest first
  });
  // explain: end
};
