// Throws an error that nothing catches.

"use strict";

const { serveHeaders } = require("../javascript/protocol");

exports.serve = (socket) =>
  serveHeaders(socket, (header) => {
    // explain: begin
    if (!/^(0|[1-9][0-9]*) *$/.test(header)) {
      throw new Error(`not a length: ${header}`); // ends the process
    }
    // explain: end
    return Number(header);
  });
