--- A call as a curl command that a person can paste into a shell: the credential as the variable it is kept in, the
--- body as it is sent, both safe from the shell whatever stands in them.
local exchange = require "lofty.traffic.exchange"
local personal = require "lofty.traffic.personal"
local run = require "native.run"

local M = {}

--- A byte that a terminal would take for a command, or that is no text, is made where the command runs.
local function by_printf(byte)
  return ("'\"$(printf '\\%03o')\"'"):format(byte:byte())
end

--- A word for any POSIX shell. Line ends may stand inside single quotes; other control characters would act on the
--- terminal that shows them.
---@param word string
---@return string
function M.quote(word)
  if word:find("^[%w_%-./:=@%%,+]+$") then return word end
  local quoted = word:gsub("'", "'\\''")
  if utf8.len(quoted) then
    quoted = quoted:gsub("[\1-\9\11-\31\127]", by_printf):gsub("\xC2[\x80-\x9F]", function(control)
      return (control:gsub(".", by_printf))
    end)
  else
    quoted = quoted:gsub("[\1-\9\11-\31\127-\255]", by_printf)
  end
  return "'" .. quoted:gsub("%z", "") .. "'"
end

--- A body or target without secrets; untouched where there is none, so that it stays what was sent.
local function without_secrets(map, given)
  local found = false
  local mapped = map(given, personal.secrets_only(function() found = true end))
  return run.redact(found and mapped or given)
end

local function map_body(body, visit)
  return exchange.body_text(exchange.map_body(body, visit, true))
end

---@param request { method: string, target: string, body: string|nil }
---@param settings { base_url: string, scheme: string, variable: string }
---@return string one line, but for line ends in the body
function M.command(request, settings)
  local words = { "curl" }
  local function add(...) table.move({ ... }, 1, select("#", ...), #words + 1, words) end
  local url = settings.base_url .. without_secrets(exchange.map_target, request.target)
  local writes = request.method == "POST" or request.method == "PUT"
  if url:find("[%[%]{}]") then add("--globoff") end
  if request.method ~= "GET" or request.body then add("-X", request.method) end
  add("-H", ('"Authorization: %s $%s"'):format(settings.scheme, settings.variable))
  add("-H", "'Content-Type: application/json'")
  if request.body or writes then add("--data-raw", M.quote(without_secrets(map_body, request.body or ""))) end
  add(M.quote(url))
  return table.concat(words, " ")
end

--- What came of it, as a comment of the shell.
---@param request { method: string, target: string }
---@param response { status: integer, body: string }|nil
---@param milliseconds integer
---@return string
function M.outcome(request, response, code, message, info, milliseconds)
  local head = ("# %s %s"):format(request.method, request.target:match("^[^?]*"))
  if response then
    return ("%s: HTTP %d, %d ms, %d bytes"):format(head, response.status, milliseconds, #response.body)
  end
  local fate = info and info.sent == false and "nothing was sent" or "it may have been sent"
  return (("%s: no reply, %d ms: %s: %s; %s"):format(head, milliseconds, code, run.redact(message or ""), fate)
    :gsub("%c", " "))
end

return M
