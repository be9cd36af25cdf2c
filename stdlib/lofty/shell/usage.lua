--- How `loftyrun api` ends when the command line is wrong: one sentence on standard error and exit code 2.
--- Nothing has been sent then. Whoever calls in here must not have begun to write the result either.
local M = {}

--- Says something to whoever typed the command; results alone go to standard output.
---@param message string
function M.say(message)
  io.stderr:write("loftyrun: ", require("lofty.shell.width").tame(message), "\n")
end

--- Ends the run with exit code 2.
---@param message string what is wrong, one sentence
---@param hint string|nil a command that tells more
function M.fail(message, hint)
  M.say(message)
  if hint then io.stderr:write("hint: ", hint, "\n") end
  os.exit(2)
end

--- Runs what may find a mistake of the command line (lofty.misuse raises these as plain strings) and ends the run with
--- exit code 2 when it does. Errors of any other kind pass through; so do those of our own making, which carry a place.
---@param hint string|nil
---@param body function
---@param ... any its arguments
---@return any ... what it returns
function M.guard(hint, body, ...)
  local results = table.pack(pcall(body, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  local problem = results[2]
  if type(problem) ~= "string" or problem:find("^%[loftyrun%]/") or problem == "not enough memory" then
    error(problem, 0)
  end
  return M.fail(problem, hint)
end

return M
