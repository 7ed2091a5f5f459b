// Declares the length in bytes.

"use strict";

const { readMessages } = require("../javascript/protocol");

exports.serve = (socket) =>
  readMessages(socket, (body) => {
    const text = body.toString().toUpperCase();
    // explain: begin
    const header = String(Buffer.byteLength(text)).padEnd(10);
    socket.write(header + text);
    // explain: end
  });
