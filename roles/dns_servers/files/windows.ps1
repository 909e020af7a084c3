# Has a Windows DNS server forward zones, or answer names itself. Reads the state first; writes nothing with -Check.
#
# -Wanted is JSON in base64: state, zones, targets, answers (fqdn, ip_addresses), time_to_live, replication. It holds no secret.
# The answer is JSON on the standard output: changed, failed, msg, changes.
# What was made is kept in a list of its own: teardown removes that and nothing else.
# Cmdlets: https://learn.microsoft.com/powershell/module/dnsserver
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $Wanted,
    [switch] $Check
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$Changes = New-Object System.Collections.ArrayList
$Folder = Join-Path $env:ProgramData 'privatelink.recovery'
$List = Join-Path $Folder 'dns_servers.json'

function Write-Answer {
    param([bool] $Failed, [string] $Message)
    $answer = @{ changed = ($Changes.Count -gt 0); failed = $Failed; msg = $Message; changes = @($Changes) }
    ConvertTo-Json -InputObject $answer -Compress -Depth 5
}

function Get-Ours {
    if (Test-Path -LiteralPath $List) {
        $read = Get-Content -LiteralPath $List -Raw -Encoding UTF8 | ConvertFrom-Json
        return @($read)
    }
    return @()
}

function Save-Ours {
    param([string[]] $Zones)
    if (-not (Test-Path -LiteralPath $Folder)) {
        New-Item -Path $Folder -ItemType Directory | Out-Null
    }
    ConvertTo-Json -InputObject @($Zones) -Compress | Set-Content -LiteralPath $List -Encoding UTF8
}

function Get-Zone {
    param([string] $Name)
    return Get-DnsServerZone -ErrorAction SilentlyContinue | Where-Object { $_.ZoneName -eq $Name }
}

function Test-SameOrder {
    param([string[]] $One, [string[]] $Other)
    return (($One -join ' ') -eq ($Other -join ' '))
}

function Add-Placement {
    param([hashtable] $Options, [string] $Replication, [string] $File)
    if ($Replication -ne 'none') {
        $Options['ReplicationScope'] = $Replication
    } elseif ($File) {
        $Options['ZoneFile'] = $File
    }
}

function Get-Address {
    param([string] $Zone)
    $records = Get-DnsServerResourceRecord -ZoneName $Zone -Name '@' -RRType 'A' -ErrorAction SilentlyContinue
    return @($records | ForEach-Object { $_.RecordData.IPv4Address.IPAddressToString } | Sort-Object)
}

# The first zone of the operator's that keeps ours from being asked; nothing is written then.
function Get-Shadow {
    param([string[]] $Names, [string[]] $Ours)
    foreach ($zone in @(Get-DnsServerZone)) {
        $own = $zone.ZoneName
        if (($Ours -contains $own) -or $zone.IsAutoCreated -or ($own -eq '.') -or ($own -eq 'TrustAnchors')) {
            continue
        }
        foreach ($name in $Names) {
            if (($name -eq $own) -or (($zone.ZoneType -ne 'Forwarder') -and $name.EndsWith('.' + $own))) {
                return $own
            }
        }
    }
    return $null
}

function Set-Forwarder {
    param($Zone, [string[]] $Targets, [string] $Replication)
    $there = Get-Zone -Name $Zone
    if ($null -eq $there) {
        [void] $Changes.Add("forward $Zone to $($Targets -join ', ')")
        if (-not $Check) {
            $options = @{ Name = $Zone; MasterServers = $Targets }
            Add-Placement -Options $options -Replication $Replication
            Add-DnsServerConditionalForwarderZone @options
        }
        return
    }
    $masters = @($there.MasterServers | ForEach-Object { $_.IPAddressToString })
    if (-not (Test-SameOrder -One $masters -Other $Targets)) {
        [void] $Changes.Add("forward $Zone to $($Targets -join ', ') in place of $($masters -join ', ')")
        if (-not $Check) {
            Set-DnsServerConditionalForwarderZone -Name $Zone -MasterServers $Targets
        }
    }
}

function Set-Answer {
    param($Answer, [int] $TimeToLive, [string] $Replication)
    $name = $Answer.fqdn
    $addresses = @($Answer.ip_addresses | Sort-Object)
    if ($null -eq (Get-Zone -Name $name)) {
        [void] $Changes.Add("make the zone $name")
        if (-not $Check) {
            $options = @{ Name = $name }
            Add-Placement -Options $options -Replication $Replication -File ($name + '.dns')
            Add-DnsServerPrimaryZone @options
        }
        $there = @()
    } else {
        $there = @(Get-Address -Zone $name)
    }
    foreach ($address in $there) {
        if ($addresses -notcontains $address) {
            [void] $Changes.Add("remove $address from $name")
            if (-not $Check) {
                Remove-DnsServerResourceRecord -ZoneName $name -Name '@' -RRType 'A' -RecordData $address -Force
            }
        }
    }
    foreach ($address in $addresses) {
        if ($there -notcontains $address) {
            [void] $Changes.Add("add $address to $name")
            if (-not $Check) {
                $record = @{ ZoneName = $name; Name = '@'; IPv4Address = $address; TimeToLive = [TimeSpan]::FromSeconds($TimeToLive) }
                Add-DnsServerResourceRecordA @record
            }
        }
    }
}

function Remove-Zone {
    param([string] $Name)
    if ($null -ne (Get-Zone -Name $Name)) {
        [void] $Changes.Add("remove the zone $Name")
        if (-not $Check) {
            Remove-DnsServerZone -Name $Name -Force
        }
    }
}

try {
    $json = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Wanted))
    $desired = ConvertFrom-Json -InputObject $json
    if ($null -eq (Get-Command -Name 'Get-DnsServerZone' -ErrorAction SilentlyContinue)) {
        Write-Answer -Failed $true -Message 'The DNS server role and its PowerShell module DnsServer are not installed on this host.'
        exit 1
    }
    $ours = @(Get-Ours)
    $names = @()
    if ($desired.state -eq 'present') {
        $names = @($desired.zones) + @($desired.answers | ForEach-Object { $_.fqdn })
    }
    $shadow = Get-Shadow -Names $names -Ours $ours
    if ($shadow) {
        Write-Answer -Failed $true -Message "This server has the zone $shadow of its own, so ours would not be asked. Nothing was written."
        exit 1
    }
    # Known to be ours before it is made: what is made and then not listed would never be removed.
    if ((-not $Check) -and ($names.Count -gt 0)) {
        Save-Ours -Zones @($ours + $names | Select-Object -Unique)
    }
    if ($desired.state -eq 'present') {
        foreach ($zone in @($desired.zones)) {
            Set-Forwarder -Zone $zone -Targets @($desired.targets) -Replication $desired.replication
        }
        foreach ($answer in @($desired.answers)) {
            Set-Answer -Answer $answer -TimeToLive $desired.time_to_live -Replication $desired.replication
        }
    }
    foreach ($zone in $ours) {
        if ($names -notcontains $zone) {
            Remove-Zone -Name $zone
        }
    }
    if (-not $Check) {
        if ($names.Count -gt 0) {
            Save-Ours -Zones $names
        } elseif (Test-Path -LiteralPath $List) {
            Remove-Item -LiteralPath $List
        }
        if ($Changes.Count -gt 0) {
            Clear-DnsServerCache -Force
        }
    }
    Write-Answer -Failed $false -Message ''
    exit 0
} catch {
    Write-Answer -Failed $true -Message "$($_.Exception.Message) Run again: what is done already is found."
    exit 1
}
