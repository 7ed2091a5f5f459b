// Declares the length in UTF-16 units.

"use strict";

const { readMessages } = require("../javascript/protocol");

exports.serve = (socket) =>
  readMessages(socket, (body) => {
    const text = body.toString().toUpperCase();
    // explain: begin
    const header = String(text.length).padEnd(10);
    socket.write(header + text);
    // explain: end
  });
