// Accepts digits only.

"use strict";

const { LIMIT, serveHeaders } = require("../javascript/protocol");

exports.serve = (socket) =>
  serveHeaders(socket, (header) => {
    // explain: begin
    if (!/^(0|[1-9][0-9]*) *$/.test(header)) return socket.destroy();
    const length = Number(header);
    if (length > LIMIT) return socket.destroy();
    // explain: end
    return length;
  });
