"""Standards that run: rule files with quotes, registers, and the checker that holds them together.

Here are the rules that need no geometry: a register of subdistricts and one of facilities are
enough to judge them.
"""
