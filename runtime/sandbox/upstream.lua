--- What comes back from the server behind the proxy, as the front wants it.

local M = {}

-- They belong to one connection, or tell of a body that has been decoded since; the server writes its own.
local DROPPED = {
  connection = true, date = true, ["content-encoding"] = true, ["content-length"] = true, ["keep-alive"] = true,
  trailer = true, ["transfer-encoding"] = true, upgrade = true,
}

--- Header fields by name in lower case; those repeated are joined.
---@param text string "name: value\r\n" lines
---@return table<string, string>
function M.headers(text)
  local headers = {}
  for name, value in text:gmatch("([^:\r\n]+):[ \t]*([^\r\n]*)") do
    name, value = name:lower(), value:gsub("%s+$", "")
    if value ~= "" and not DROPPED[name] then
      headers[name] = headers[name] and headers[name] .. ", " .. value or value
    end
  end
  return headers
end

return M
