# Empties the DNS cache of this host, after a record was corrected.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param()
# frame

try {
    Confirm-Language
    Clear-DnsClientCache
    Write-Answer @{ job = 'flush'; failed = $false; changed = $false }
}
catch {
    Write-Failure $_ 'flush' $false
}
