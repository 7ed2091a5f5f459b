// Throws if the stream ends inside a line: nothing catches that.

"use strict";

const { serve } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  const lines = serve(socket);
  socket.on("end", () => {
    if (lines.isInsideLine()) throw new Error("it ends inside a line");
  });
  // explain: end
};
