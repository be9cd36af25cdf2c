--- A page of the manual as plain text for a terminal, at most 92 columns wide where a word allows.
local M = {}

local WIDTH = 92

--- Breaks `words` into lines, of which the first begins with `first` and the others with as many spaces, or `indent`.
local function wrap(first, words, indent)
  local lines, line = {}, first
  local rest = (" "):rep(indent or #first)
  local empty = true
  for word in words:gmatch("%S+") do
    if not empty and #line + 1 + #word > WIDTH then
      lines[#lines + 1] = line
      line, empty = rest, true
    end
    line = empty and line .. word or line .. " " .. word
    empty = false
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function widest(items)
  local width = 0
  for _, item in ipairs(items) do width = math.max(width, #item.term + 4 * item.depth) end
  return math.min(width, 36)
end

--- Terms, each with its text beside it; a depth moves both to the right.
---@param items { term: string, text: string, depth: integer }[]
---@return string
function M.list(items)
  local lines, width = {}, widest(items)
  for _, item in ipairs(items) do
    local head = ("  %s%s"):format(("    "):rep(item.depth), item.term)
    local padding = (" "):rep(math.max(width + 4 - #head, 2))
    lines[#lines + 1] = item.text == "" and head
      or wrap(head .. padding, item.text, math.min(#head + #padding, width + 4))
  end
  return table.concat(lines, "\n")
end

local function code_text(text)
  return "  " .. text:gsub("\n", "\n  "):gsub("\n +\n", "\n\n")
end

local RENDER = {
  heading = function(block) return "\n" .. block.text end,
  text = function(block) return (block.apart and "\n" or "") .. wrap("  ", block.text) end,
  code = function(block) return block.apart and "\n" .. code_text(code_text(block.text)) or code_text(block.text) end,
  list = function(block) return M.list(block.items) end,
}

--- The page as text.
---@param page lofty.manual.Page
---@return string ends with a newline
function M.render(page)
  local parts = { page.name, "" }
  for _, block in ipairs(page.blocks) do parts[#parts + 1] = RENDER[block.kind](block) end
  return table.concat(parts, "\n") .. "\n"
end

return M
