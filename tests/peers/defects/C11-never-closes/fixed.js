// Closes the connection after "quit".

"use strict";

const { answer, readLines } = require("../javascript/protocol");

exports.serve = (socket) =>
  readLines(socket, (line) => {
    // explain: begin
    if (line === "quit") socket.end(answer(line)); // the bytes, then a FIN
    else socket.write(answer(line));
    // explain: end
  });
