// Ends the connection.

"use strict";

const { serveHeaders } = require("../javascript/protocol");

exports.serve = (socket) =>
  serveHeaders(socket, (header) => {
    // explain: begin
    if (!/^(0|[1-9][0-9]*) *$/.test(header)) {
      return socket.destroy(new Error(`not a length: ${header}`));
    }
    // explain: end
    return Number(header);
  });
