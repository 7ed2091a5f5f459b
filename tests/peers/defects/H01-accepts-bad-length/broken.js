// Accepts what Number() accepts.

"use strict";

const { serveHeaders } = require("../javascript/protocol");

exports.serve = (socket) =>
  serveHeaders(socket, (header) => {
    // explain: begin
    const length = Number(header); // also " 5", "0x5", "5e0" and ""
    if (!(length >= 0)) return socket.destroy();
    // explain: end
    return length;
  });
