// Does not close the connection after "quit".

"use strict";

const { answer, readLines } = require("../javascript/protocol");

exports.serve = (socket) =>
  readLines(socket, (line) => {
    // explain: begin
    socket.write(answer(line)); // and the socket stays open
    // explain: end
  });
