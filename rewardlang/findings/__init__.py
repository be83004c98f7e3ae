"""What stands between finding something wrong with a file and telling people, CI or an editor.

Which findings are wanted (`selection`, `settings`), which are known already (`baseline`), how one
is recognised tomorrow (`finding`), what can be mended by itself (`fixes`), and the formats in which
machines read them. `run` is the whole of `rewardlang lint`.
"""
