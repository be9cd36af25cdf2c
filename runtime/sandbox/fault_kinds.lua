--- The faults there are. `done` tells those that come after the request was carried out from those before it.

local M = {}

local json = require "native.json"

local JSON = "application/json;charset=UTF-8"
local HTML = "text/html;charset=UTF-8"

local function page(title)
  return string.format("<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n"
    .. "<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n", title, title)
end

-- Lofty's internal error as seen live: the number is only in the text.
local INTERNAL = json.encode {
  message = "BaseApplicationException:errorCode=20005,errorMsg=There is an internal error happened",
}

-- Without a code, as documented.
local TOO_MANY = json.encode { message = "Too Many Requests" }

-- done: carried out first; status, kind (Content-Type) and body of the reply; or the ending of the connection;
-- limit: with the headers of the limit.
---@type table<string, table>
M.all = {
  ["429"] = { status = 429, kind = JSON, body = TOO_MANY, limit = true },
  ["429-bare"] = { status = 429, kind = JSON, body = TOO_MANY },
  cut = { done = true, ending = "cut" },
  ["lost-reply"] = { done = true, ending = "close" },
  garbage = { done = true, status = 200 },
  refuse = { ending = "close" },
  reset = { ending = "reset" },
}

-- Who fails on the way is a gateway, and answers with a page of its own.
local SERVER_ERRORS = {
  ["500"] = { status = 500, kind = JSON, body = INTERNAL },
  ["502"] = { status = 502, kind = HTML, body = page "502 Bad Gateway" },
  ["503"] = { status = 503, kind = HTML, body = page "503 Service Unavailable" },
  ["504"] = { status = 504, kind = HTML, body = page "504 Gateway Timeout" },
}

for name, fault in pairs(SERVER_ERRORS) do
  M.all[name] = fault
  M.all[name .. "-after"] = { done = true, status = fault.status, kind = fault.kind, body = fault.body }
end

---@type string[] sorted
M.names = {}
for name in pairs(M.all) do
  M.names[#M.names + 1] = name
end
table.sort(M.names)

-- Replies with status 200 that are none of Lofty's: { Content-Type, body }.
M.garbage = {
  { HTML, page "Welcome to the guest network" },
  { JSON, '{"leads":[{"leadId":6510959' },
  { JSON, "\0\255\254 no text at all \1\2\3" },
  { "text/plain", "upstream connect error or disconnect/reset before headers" },
}

return M
