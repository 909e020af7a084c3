# The zip of an installer: fetched when it is not there, compared with its published SHA-256, unpacked, its scripts' signatures read.
# One that is not the published one is removed, and nothing of it is unpacked.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $Url = '',
    [string] $Path = '',
    [string] $Checksum = '',
    [string] $Folder = ''
)
# frame

$changed = $false
try {
    Confirm-Language
    if (-not (Test-Path -LiteralPath $Path)) {
        if ($Url -eq '') {
            Stop-Job 'no-package' "There is no $Path on this host, and no URL to fetch it from."
        }
        if ($Url -notmatch '^https://') {
            Stop-Job 'no-package' "$Url is no https URL."
        }
        [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
        Invoke-WebRequest -Uri $Url -OutFile $Path -UseBasicParsing
        $changed = $true
    }
    $found = [string] (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
    $matches_it = [string]::Equals($found, $Checksum, [StringComparison]::OrdinalIgnoreCase)
    $removed = $false
    $signers = @()
    $unsigned = @()
    $script = ''
    if (-not $matches_it) {
        Remove-Item -LiteralPath $Path -Force
        $removed = -not (Test-Path -LiteralPath $Path)
        $changed = $true
    }
    else {
        if (-not (Test-Path -LiteralPath $Folder)) {
            Expand-Archive -LiteralPath $Path -DestinationPath $Folder
            $changed = $true
        }
        foreach ($file in @(Get-ChildItem -LiteralPath $Folder -Recurse -File | Where-Object { $_.Extension -in '.ps1', '.psm1' })) {
            $signature = Get-AuthenticodeSignature -LiteralPath $file.FullName
            $subject = ''
            if ($null -ne $signature.SignerCertificate) {
                $subject = [string] $signature.SignerCertificate.Subject
            }
            if ([string] $signature.Status -ne 'Valid' -or $subject -notmatch 'O=Microsoft Corporation(,|$)') {
                $unsigned += $file.Name
            }
            elseif ($signers -notcontains $subject) {
                $signers += $subject
            }
            if ($file.Name -in 'AzureMigrateInstaller.ps1', 'DRInstaller.ps1') {
                $script = $file.FullName
            }
        }
    }
    Write-Answer @{
        job      = 'package'
        failed   = $false
        changed  = $changed
        checksum = $found
        matches  = $matches_it
        removed  = $removed
        signers  = @($signers)
        unsigned = @($unsigned)
        script   = $script
    }
}
catch {
    Write-Failure $_ 'package' $changed
}
