-- KEYS: head, page list.  ARGV: the side pages' prefix, then for each bucket: its number, its first and its last member.
-- Answers: head, then for each bucket the last member and its side page, or twice nothing.
local out = {redis.call('GET', KEYS[1])}
for i = 2, #ARGV, 3 do
  local last = redis.call('ZREVRANGEBYLEX', KEYS[2], ARGV[i + 2], ARGV[i + 1], 'LIMIT', 0, 1)[1]
  local side = false
  if last then
    side = redis.call('GET', ARGV[1] .. ARGV[i] .. '.' .. struct.unpack('>I4', last, 9))
    if not side then return redis.error_reply('TRYAGAIN the page is on its way to another node') end
  end
  out[#out + 1] = last or false
  out[#out + 1] = side
end
return out
