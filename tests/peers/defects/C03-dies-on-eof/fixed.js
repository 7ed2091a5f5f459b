// Ends only the connection whose stream ended inside a line.

"use strict";

const { serve } = require("../javascript/protocol");

exports.serve = (socket) => {
  // explain: begin
  const lines = serve(socket);
  socket.on("end", () => {
    if (lines.isInsideLine()) socket.destroy();
  });
  // explain: end
};
