--- allow send_smss is prose here, and this file is loaded by others.
-- lofty.on: a comment that begins like one for the program
local lofty = require "lofty"
local M = {}
function M.hot(limit) return lofty.leads.list { stage = "Hot", limit = limit } end
M.lofty = lofty
return M
