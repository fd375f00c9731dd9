/** What a malicious agent would put into every field that it may name. Each part would do something if it were let. */
export const hostile = [
  `<img src=x onerror="window.hurt=1">`,
  `<script>window.hurt=1</script>`,
  `"><svg onload=window.hurt=1>`,
  `<a href="javascript:window.hurt=1">x</a>`,
  `{{constructor.constructor('window.hurt=1')()}}`,
  "\u202egnp.exe\u202c\u0007\u001b[2J",
].join(" ");
