--- `loftyrun api sandbox.trigger EVENT`: has a sandbox make events and deliver them. It is no operation of Lofty's, so it
--- is asked of nothing but this machine's loopback, where another than a sandbox answers 404.
local run = require "native.run"
local usage = require "lofty.shell.usage"

local M = {}

M.NAME = "sandbox.trigger"

local ROW = {
  name = M.NAME,
  method = "POST",
  path = "/sandbox/trigger",
  undocumented = true,
  body = {
    type = "object",
    fields = {
      event = { type = "string", required = true, not_blank = true },
      leadId = { type = "integer", min = 1 },
      id = { type = "integer", min = 1, note = "of the thing, where that is no lead" },
      count = { type = "integer", min = 1, max = 5000 },
      time = { type = "integer", note = "milliseconds since 1970" },
      array = { type = "string", note = "another name for the array" },
    },
  },
}

local function is_loopback(url)
  local host = url:match("^https?://([^/:]+)") or ""
  return host == "localhost" or host:find("^127%.%d+%.%d+%.%d+$") ~= nil or url:find("^http://%[::1%]") ~= nil
end

--- The target of the words. Ends the run with exit code 2 where no sandbox is asked, or no event named.
---@param words string[] the first is NAME
---@return lofty.shell.Target
function M.target(words)
  local hint = "loftyrun help sandbox"
  if not is_loopback(run.settings().base_url) then
    usage.fail("sandbox.trigger is for a sandbox alone; LOFTY_BASE_URL names none on this machine", hint)
  elseif not words[2] or words[2]:find("=", 1, true) then
    usage.fail("sandbox.trigger needs an event, such as lead.updated", hint)
  end
  local rest = table.move(words, 3, #words, 2, { "event=" .. words[2] })
  return { row = ROW, params = {}, query = {}, words = rest }
end

return M
