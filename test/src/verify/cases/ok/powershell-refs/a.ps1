$s = ConvertTo-SecureString $env:PW -AsPlainText -Force
$p = Read-Host -Prompt "Password" -AsSecureString
