--- The prose of a comment: paragraphs, and lines that are set apart, which stay as they are.
local M = {}

--- Takes the comment at the head of a source: what a module is for.
---@param source string
---@return string[] lines without their dashes
function M.head(source)
  local lines = {}
  for line in source:gmatch("([^\n]*)\n") do
    local rest = line:match("^%-%-%- ?(.*)$")
    if not rest or rest:find("^@") then break end
    lines[#lines + 1] = rest
  end
  return lines
end

--- What lines say, in pieces.
---@param lines string[]
---@return { is_code: boolean, text: string }[]
function M.pieces(lines)
  local pieces, piece = {}, nil
  for _, line in ipairs(lines) do
    local code = line:match("^  (.*)$")
    if line == "" and piece and piece.is_code then
      piece.text = piece.text .. "\n"
    elseif line == "" then
      piece = nil
    elseif not piece or piece.is_code ~= (code ~= nil) then
      piece = { is_code = code ~= nil, text = code or line }
      pieces[#pieces + 1] = piece
    else
      piece.text = piece.text .. (code and "\n" .. code or " " .. line)
    end
  end
  for _, each in ipairs(pieces) do each.text = each.text:gsub("\n+$", "") end
  return pieces
end

--- The first sentence of lines.
---@param lines string[]
---@return string
function M.sentence(lines)
  for _, piece in ipairs(M.pieces(lines)) do
    if not piece.is_code then
      return piece.text:match('^(.-[^%.]%.)%s+[%u"`]') or (piece.text:gsub(":$", "."))
    end
  end
  return ""
end

return M
