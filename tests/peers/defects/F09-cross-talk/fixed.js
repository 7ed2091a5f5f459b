// Sends the answers in the order of the lines.

"use strict";

const { lookUp } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  let buffer = "";
  let last = Promise.resolve();
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (buffer + data).split("\n");
    buffer = lines.pop();
    for (const line of lines) {
      const reply = lookUp(line);
      last = last.then(async () => socket.write(await reply)); // in order
    }
  });
  // explain: end
};
